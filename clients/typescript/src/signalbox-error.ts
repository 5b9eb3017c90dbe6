/** What the API answered instead of doing what was asked: RFC 9457 with a stable code. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable: `credit.insufficient`, say. */
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** A refusal, or a fault that outlasted every attempt. */
export class SignalboxError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.title}. ${problem.detail}`);
    this.name = 'SignalboxError';
    this.problem = problem;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'title' in body;

/** The error that an answer of 400 and above stands for, whoever on the way wrote it. */
export const errorOf = (status: number, text: string): SignalboxError => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (isProblem(body)) return new SignalboxError(body);
  const detail = text.slice(0, 200);
  return new SignalboxError({ title: 'No problem document', status, detail, code: `http.${status}`, request_id: '' });
};
