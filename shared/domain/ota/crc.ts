const tableOf = (polynomial: number): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });

const crc16Table = tableOf(0x8408);
const crc32Table = tableOf(0xedb88320);

const reflected = (table: Uint32Array, ones: number, octets: Uint8Array): number => {
  let value = ones;
  for (const octet of octets) value = (value >>> 8) ^ (table[(value ^ octet) & 0xff] ?? 0);
  return (value ^ ones) >>> 0;
};

/** CRC-16 of ISO/IEC 13239 (X.25), in the order of octets of the example in ETSI TS 102 225, 5.1.3.2. */
export const crc16 = (octets: Uint8Array): Buffer => {
  const result = Buffer.alloc(2);
  result.writeUInt16BE(reflected(crc16Table, 0xffff, octets));
  return result;
};

/** CRC-32 of ISO/IEC 13239, in the order of octets of the example in ETSI TS 102 225, 5.1.3.2. */
export const crc32 = (octets: Uint8Array): Buffer => {
  const result = Buffer.alloc(4);
  result.writeUInt32BE(reflected(crc32Table, 0xffffffff, octets));
  return result;
};
