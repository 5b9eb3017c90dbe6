/** Ciphers in the mode the card uses, with a zero IV where there is one (ETSI TS 102 225, 5.1.2). */
export type CipherAlgorithm =
  | 'des-cbc'
  | 'des-ecb'
  | '3des-2-cbc'
  | '3des-2-ecb'
  | '3des-3-cbc'
  | '3des-3-ecb'
  | 'aes-cbc';

/** Checksums (ETSI TS 102 225, 5.1.3). Which AES it is follows from the key's length. */
export type MacAlgorithm = 'des-cbc-mac' | '3des-2-cbc-mac' | '3des-3-cbc-mac' | 'aes-cmac';

/**
 * What the owner of one card's keyset does with it; the packet builder sees no key. Each throws OtaError for a key it
 * lacks or of a wrong length; any other error is the backend's own fault.
 */
export interface Primitives {
  /** The whole tag under the KID key: 16 octets for AES-CMAC, 8 for DES, whose last block is filled up with zeros. */
  readonly mac: (algorithm: MacAlgorithm, data: Buffer) => Buffer;
  /** Under the KIc key; `data` is whole blocks, no padding is added. */
  readonly cipher: (algorithm: CipherAlgorithm, data: Buffer) => Buffer;
  readonly decipher: (algorithm: CipherAlgorithm, data: Buffer) => Buffer;
}

/** The same where the keys are elsewhere, in an HSM. */
export type RemotePrimitives = {
  readonly [Name in keyof Primitives]: (...given: Parameters<Primitives[Name]>) => Promise<Buffer>;
};

/** One use of a key that a builder asks for. */
export type PrimitiveCall =
  | { readonly use: 'mac'; readonly algorithm: MacAlgorithm; readonly data: Buffer }
  | { readonly use: 'cipher' | 'decipher'; readonly algorithm: CipherAlgorithm; readonly data: Buffer };

/** A packet being built or opened: it yields each use of a key and is given its result. */
export type Steps<Result> = Generator<PrimitiveCall, Result, Buffer>;

/** Takes the steps with keys that are at hand. */
export const run = <Result>(steps: Steps<Result>, primitives: Primitives): Result => {
  let step = steps.next();
  while (!step.done) {
    const call = step.value;
    const octets =
      call.use === 'mac' ? primitives.mac(call.algorithm, call.data) : primitives[call.use](call.algorithm, call.data);
    step = steps.next(octets);
  }
  return step.value;
};

/** Takes the steps with keys that are elsewhere. */
export const runRemotely = async <Result>(steps: Steps<Result>, primitives: RemotePrimitives): Promise<Result> => {
  let step = steps.next();
  while (!step.done) {
    const call = step.value;
    const octets =
      call.use === 'mac'
        ? await primitives.mac(call.algorithm, call.data)
        : await primitives[call.use](call.algorithm, call.data);
    step = steps.next(octets);
  }
  return step.value;
};
