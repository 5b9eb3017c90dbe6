import { type CardFiles, type CardResult, hasData } from './card-files.ts';

/** Runs the remote commands of one packet on the card (ETSI TS 102 226, 5.1 and 5.2). */

/** After a status word like this the rest of the script is left. */
const isFailure = ({ statusWord }: CardResult): boolean => !/^(90|91|92|9e|9f|61|62|63)/.test(statusWord);

const joined = ({ data, statusWord }: CardResult): Buffer => Buffer.concat([data, Buffer.from(statusWord, 'hex')]);

/** One APDU behind the other; the answer is how many, the last one's status word and its data. */
const runCompact = (files: CardFiles, script: Buffer): Buffer => {
  let executed = 0;
  let last: CardResult = { statusWord: '6700', data: Buffer.alloc(0) };
  for (let at = 0; at + 5 <= script.length; executed += 1) {
    const end = at + 5 + (hasData(script.readUInt8(at + 1)) ? script.readUInt8(at + 4) : 0);
    last = files.execute(script.subarray(at, Math.min(end, script.length)));
    at = end;
    if (isFailure(last)) {
      executed += 1;
      break;
    }
  }
  return Buffer.concat([Buffer.from([executed]), Buffer.from(last.statusWord, 'hex'), last.data]);
};

const tlv = (tag: number, value: Buffer): Buffer => {
  const length =
    value.length < 0x80
      ? [value.length]
      : value.length < 0x100
        ? [0x81, value.length]
        : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
};

/** The C-APDUs (22) of a template; null behind the last one that could be read. */
const commandsIn = (contents: Buffer): (Buffer | null)[] => {
  const commands: (Buffer | null)[] = [];
  for (let at = 0; at < contents.length; ) {
    const first = contents[at + 1] ?? 0x80;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + octets;
    if (octets > 2 || start > contents.length || contents[at] !== 0x22) return [...commands, null];
    const end = start + (octets === 0 ? first : contents.readUIntBE(at + 2, octets));
    if (end > contents.length) return [...commands, null];
    commands.push(contents.subarray(start, end));
    at = end;
  }
  return commands;
};

const badFormat = tlv(0x90, Buffer.from([0x01]));

/** In a template of definite length the last command alone answers, in one of indefinite length each does. */
const runExpanded = (files: CardFiles, script: Buffer): Buffer => {
  const isIndefinite = script[0] === 0xae;
  const lengthOctets = script[1] === 0x81 ? 2 : script[1] === 0x82 ? 3 : 1;
  const contents = isIndefinite ? script.subarray(2, -2) : script.subarray(1 + lengthOctets);
  const answers: Buffer[] = [];
  let executed = 0;
  for (const command of commandsIn(contents)) {
    if (command === null) {
      answers.push(badFormat);
      break;
    }
    // A case 4 command has its Le behind the data, which this card has no use for.
    const isCase4 = command.length >= 5 && hasData(command.readUInt8(1)) && command.length === 6 + command.readUInt8(4);
    const result =
      command.length < 5
        ? { statusWord: '6700', data: Buffer.alloc(0) }
        : files.execute(isCase4 ? command.subarray(0, -1) : command);
    executed += 1;
    answers.push(tlv(0x23, joined(result)));
    if (isFailure(result)) break;
  }
  if (isIndefinite) return Buffer.concat([Buffer.from([0xaf, 0x80]), ...answers, Buffer.from([0, 0])]);
  return tlv(0xab, Buffer.concat([tlv(0x80, Buffer.from([executed])), ...answers.slice(-1)]));
};

/** The answer to a script, in the format that it came in. */
export const runScript = (files: CardFiles, script: Buffer): Buffer => {
  files.reset();
  return script[0] === 0xaa || script[0] === 0xae ? runExpanded(files, script) : runCompact(files, script);
};
