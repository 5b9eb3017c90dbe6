type Handle = Buffer;

export interface Pkcs11Mechanism {
  readonly mechanism: number;
  readonly parameter: Buffer | null;
}

export interface Pkcs11Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

/** What is used of npm's pkcs11js, by the names of PKCS #11 2.40. */
export interface Pkcs11 {
  load(library: string): void;
  close(): void;
  C_Initialize(options?: { readonly flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { readonly label: string };
  C_GetMechanismList(slot: Handle): number[];
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, userType: number, pin: string): void;
  C_CreateObject(session: Handle, template: readonly Pkcs11Attribute[]): Handle;
  C_GetAttributeValue(session: Handle, key: Handle, template: readonly Pkcs11Attribute[]): { readonly value: Buffer }[];
  C_FindObjectsInit(session: Handle, template: readonly Pkcs11Attribute[]): void;
  C_FindObjects(session: Handle, most: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_EncryptInit(session: Handle, mechanism: Pkcs11Mechanism, key: Handle): void;
  C_EncryptAsync(session: Handle, data: Buffer, room: Buffer): Promise<Buffer>;
  C_DecryptInit(session: Handle, mechanism: Pkcs11Mechanism, key: Handle): void;
  C_DecryptAsync(session: Handle, data: Buffer, room: Buffer): Promise<Buffer>;
  C_SignInit(session: Handle, mechanism: Pkcs11Mechanism, key: Handle): void;
  C_SignAsync(session: Handle, data: Buffer, room: Buffer): Promise<Buffer>;
}

/** PKCS #11 2.40, appendix A of the current mechanisms and of the base specification. */
export const cryptoki = {
  CKF_OS_LOCKING_OK: 0x02,
  CKF_SERIAL_SESSION: 0x04,
  CKU_USER: 1,
  CKA_CLASS: 0x00,
  CKA_TOKEN: 0x01,
  CKA_LABEL: 0x03,
  CKA_VALUE: 0x11,
  CKA_KEY_TYPE: 0x100,
  CKA_ENCRYPT: 0x104,
  CKA_DECRYPT: 0x105,
  CKA_SIGN: 0x108,
  CKO_SECRET_KEY: 0x04,
  CKK_DES: 0x13,
  CKK_DES2: 0x14,
  CKK_DES3: 0x15,
  CKK_AES: 0x1f,
  CKM_DES_ECB: 0x121,
  CKM_DES_CBC: 0x122,
  CKM_DES3_ECB: 0x132,
  CKM_DES3_CBC: 0x133,
  CKM_AES_CBC: 0x1082,
  CKM_AES_CMAC: 0x108a,
  CKR_KEY_SIZE_RANGE: 0x62,
  CKR_KEY_TYPE_INCONSISTENT: 0x63,
  CKR_KEY_FUNCTION_NOT_PERMITTED: 0x68,
  CKR_MECHANISM_INVALID: 0x70,
  CKR_USER_ALREADY_LOGGED_IN: 0x100,
} as const;

/** The code of a Cryptoki error; undefined of any other. */
export const cryptokiCode = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

const packageName: string = 'pkcs11js';

/**
 * Loads npm's pkcs11js, which is no dependency of this project: it is compiled where it is installed, and only the
 * image of a function that has an HSM of PKCS #11 holds it.
 *
 * @throws Error when it is not installed.
 */
export const loadPkcs11 = async (): Promise<Pkcs11> => {
  const module = (await import(packageName)) as { readonly PKCS11: new () => Pkcs11 };
  return new module.PKCS11();
};
