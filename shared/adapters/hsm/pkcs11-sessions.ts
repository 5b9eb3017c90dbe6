import { HsmFault } from './hsm-fault.ts';
import { cryptoki, cryptokiCode, type Pkcs11 } from './pkcs11-module.ts';

export interface Pkcs11Settings {
  /** Path of the vendor's library. */
  readonly library: string;
  readonly tokenLabel: string;
  readonly pin: string;
  readonly maxSessions: number;
  /** For one use of a key. */
  readonly deadlineMs: number;
}

export interface Pkcs11Sessions {
  readonly mechanisms: ReadonlySet<number>;
  /** Does one thing at a time in a session, of which there are at most so many. */
  within<Result>(work: (session: Buffer) => Promise<Result>): Promise<Result>;
  close(): void;
}

const slotOf = (pkcs11: Pkcs11, tokenLabel: string): Buffer => {
  const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trim() === tokenLabel);
  if (!slot) throw new HsmFault('hsm.unreachable', 'No slot has a token of this label.');
  return slot;
};

/** The token in a library that it initializes. What fails leaves the library as it was before, to be tried again. */
const openToken = (pkcs11: Pkcs11, library: string, tokenLabel: string) => {
  pkcs11.load(library);
  try {
    pkcs11.C_Initialize({ flags: cryptoki.CKF_OS_LOCKING_OK });
    try {
      const slot = slotOf(pkcs11, tokenLabel);
      return { slot, mechanisms: new Set(pkcs11.C_GetMechanismList(slot)) };
    } catch (error) {
      pkcs11.C_Finalize();
      throw error;
    }
  } catch (error) {
    pkcs11.close();
    throw error;
  }
};

const login = (pkcs11: Pkcs11, session: Buffer, pin: string): void => {
  try {
    pkcs11.C_Login(session, cryptoki.CKU_USER, pin);
  } catch (error) {
    if (cryptokiCode(error) !== cryptoki.CKR_USER_ALREADY_LOGGED_IN) throw error;
  }
};

const inTime = async <Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> => {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new HsmFault('hsm.timeout', `No answer in ${deadlineMs} ms.`)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(deadline);
  }
};

/**
 * Sessions with one token. A session in which something failed is closed, and another opened when it is needed: what
 * state a failed operation leaves behind is the vendor's affair.
 */
export const openPkcs11Sessions = (pkcs11: Pkcs11, settings: Pkcs11Settings): Pkcs11Sessions => {
  const { library, tokenLabel, pin, maxSessions, deadlineMs } = settings;
  const { slot, mechanisms } = openToken(pkcs11, library, tokenLabel);
  const idle: Buffer[] = [];
  const waiting: (() => void)[] = [];
  let inUse = 0;

  const open = (): Buffer => {
    const session = pkcs11.C_OpenSession(slot, cryptoki.CKF_SERIAL_SESSION);
    login(pkcs11, session, pin);
    return session;
  };
  const abandon = (session: Buffer): void => {
    try {
      pkcs11.C_CloseSession(session);
    } catch {
      // It is gone already, which is what was wanted.
    }
  };

  return {
    mechanisms,
    within: async (work) => {
      while (inUse >= maxSessions) await new Promise<void>((resolve) => waiting.push(resolve));
      inUse += 1;
      let session: Buffer | undefined;
      try {
        session = idle.pop() ?? open();
        const result = await inTime(work(session), deadlineMs);
        idle.push(session);
        return result;
      } catch (error) {
        if (session) abandon(session);
        throw error;
      } finally {
        inUse -= 1;
        waiting.shift()?.();
      }
    },
    close: () => {
      pkcs11.C_Finalize();
      pkcs11.close();
    },
  };
};
