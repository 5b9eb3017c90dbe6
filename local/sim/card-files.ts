/** What a command answers: data, and SW1 SW2 as four hexadecimal digits. */
export interface CardResult {
  readonly data: Buffer;
  readonly statusWord: string;
}

export interface CardFiles {
  /** Executes one APDU. */
  readonly execute: (apdu: Buffer) => CardResult;
  /** Selects nothing: what happens before every command packet. */
  readonly reset: () => void;
  /** The contents of a file, by its four hexadecimal digits. */
  readonly read: (file: string) => Buffer | undefined;
}

/** Directories, and files that anybody may read; only those named as writable may be changed. */
const directories: ReadonlySet<string> = new Set(['3f00', '7f10', '7f20', '7fff']);
const writable: ReadonlySet<string> = new Set(['6f46', '6f3a', '6f42']);
/** Instructions that bring data: the others have their P3 as Le. */
const instructions = { select: 0xa4, readBinary: 0xb0, updateBinary: 0xd6, getResponse: 0xc0, status: 0xf2 } as const;

/** An ICCID as its file has it: digits swapped, filled up with F (TS 102 221, 13.2). */
const swapped = (digits: string): Buffer => Buffer.from(digits.padEnd(20, 'f').replace(/(.)(.)/g, '$2$1'), 'hex');

const answer = (statusWord: string, data: Buffer = Buffer.alloc(0)): CardResult => ({ statusWord, data });

/** Whether the APDU at the front brings data, by which a card finds the next one in the compact format. */
export const hasData = (instruction: number): boolean =>
  !([instructions.readBinary, instructions.getResponse, instructions.status] as number[]).includes(instruction);

/** A few files of a SIM: ICCID (2FE2), service provider name (6F46), abbreviated dialling (6F3A), SMS parameters (6F42). */
export const createCardFiles = (iccid: string): CardFiles => {
  const files = new Map<string, Buffer>([
    ['2fe2', swapped(iccid)],
    ['6f46', Buffer.concat([Buffer.from([0x01]), Buffer.alloc(16, 0xff)])],
    ['6f3a', Buffer.alloc(200, 0xff)],
    ['6f42', Buffer.alloc(40, 0xff)],
  ]);
  let selected: string | null = null;
  let pending: Buffer = Buffer.alloc(0);

  const select = (apdu: Buffer): CardResult => {
    const file = apdu.toString('hex', 5);
    if (!files.has(file) && !directories.has(file)) return answer('6a82');
    selected = file;
    const size = files.get(file)?.length ?? 0;
    // A file control template: descriptor, identifier, size (TS 102 221, 11.1.1.3).
    const template = Buffer.from(
      `620c${files.has(file) ? '82024121' : '82027821'}8302${file}8002${size.toString(16).padStart(4, '0')}`,
      'hex',
    );
    pending = template;
    return apdu.readUInt8(3) === 0x0c ? answer('9000') : answer(`61${template.length.toString(16).padStart(2, '0')}`);
  };
  const chosen = (): Buffer | null => (selected === null ? null : (files.get(selected) ?? null));
  const readBinary = (apdu: Buffer): CardResult => {
    const file = chosen();
    const [offset, wanted] = [apdu.readUInt16BE(2), apdu.readUInt8(4) || 256];
    if (!file) return answer('6986');
    if (offset >= file.length) return answer('6b00');
    if (offset + wanted > file.length) return answer(`6c${(file.length - offset).toString(16).padStart(2, '0')}`);
    return answer('9000', file.subarray(offset, offset + wanted));
  };
  const updateBinary = (apdu: Buffer): CardResult => {
    const file = chosen();
    const [offset, data] = [apdu.readUInt16BE(2), apdu.subarray(5)];
    if (!file || selected === null) return answer('6986');
    if (!writable.has(selected)) return answer('6982');
    if (offset + data.length > file.length) return answer('6b00');
    data.copy(file, offset);
    return answer('9000');
  };
  const getResponse = (apdu: Buffer): CardResult => answer('9000', pending.subarray(0, apdu.readUInt8(4) || 256));

  const executions: Readonly<Record<number, (apdu: Buffer) => CardResult>> = {
    [instructions.select]: select,
    [instructions.readBinary]: readBinary,
    [instructions.updateBinary]: updateBinary,
    [instructions.getResponse]: getResponse,
  };
  return {
    execute: (apdu) => {
      if (![0x00, 0x80, 0xa0].includes(apdu.readUInt8(0))) return answer('6e00');
      if (hasData(apdu.readUInt8(1)) && apdu.length - 5 !== apdu.readUInt8(4)) return answer('6700');
      return executions[apdu.readUInt8(1)]?.(apdu) ?? answer('6d00');
    },
    reset: () => {
      selected = null;
      pending = Buffer.alloc(0);
    },
    read: (file) => files.get(file),
  };
};
