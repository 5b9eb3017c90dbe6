/**
 * The user data header, with its length octet, of a short message for an application behind a port: application port
 * addressing, 16 bit (3GPP TS 23.040, 9.2.3.24.4). The originator's port is the same.
 */
export const portHeader = (port: number): Buffer => {
  const header = Buffer.from([0x06, 0x05, 0x04, 0, 0, 0, 0]);
  header.writeUInt16BE(port, 3);
  header.writeUInt16BE(port, 5);
  return header;
};
