export type FindingState = 'ok' | 'failed' | 'not checked';

/** One line of the report. */
export interface Finding {
  readonly check: string;
  readonly state: FindingState;
  /** What was found; where it is not well, also what to do. */
  readonly text: string;
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
export const failed = (check: string, text: string): Finding => ({ check, state: 'failed', text });
export const notChecked = (check: string, text: string): Finding => ({ check, state: 'not checked', text });

const count = (findings: readonly Finding[], wanted: FindingState): number =>
  findings.filter(({ state }) => state === wanted).length;

export const renderFinding = ({ check, state, text }: Finding): string =>
  `${state.padEnd(12)} ${check.padEnd(16)} ${text}`;

export const renderSummary = (findings: readonly Finding[]): string =>
  (['ok', 'failed', 'not checked'] as const).map((state) => `${count(findings, state)} ${state}`).join(', ');

/** 0: all is well; 1: something failed; 2: nothing failed, and something could not be checked. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 | 2 => {
  if (count(findings, 'failed') > 0) return 1;
  return count(findings, 'not checked') > 0 ? 2 : 0;
};
