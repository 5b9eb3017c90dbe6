const table = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** CRC_32 of ISO/IEC 13818-1, annex A: over a section with its own CRC_32 it is 0. */
export const crc32Mpeg = (octets: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const octet of octets) crc = ((crc << 8) ^ (table[(crc >>> 24) ^ octet] ?? 0)) >>> 0;
  return crc;
};
