export type Say = (line: string) => void;

const startedAt = performance.now();

/** A progress line with the seconds since the start, as a person reads them. */
export const say: Say = (line) => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${line}`);
};
