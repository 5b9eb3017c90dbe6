import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder in a process of its own, so that its processor time is its own. */
export interface Child {
  /** Sends a request and gives the answer; one at a time. */
  ask<Answer>(request: object): Promise<Answer>;
  stop(): void;
}

const answerOf = async (child: ChildProcess): Promise<unknown> => {
  const over = new AbortController();
  const { signal } = over;
  const died = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${String(code)}`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), died])) as [unknown];
    return answer;
  } finally {
    died.catch(() => undefined);
    over.abort();
  }
};

/** Starts a program and gives what it says first. */
export const startChild = async <Greeting>(
  program: string,
  args: readonly string[] = [],
): Promise<{ readonly child: Child; readonly greeting: Greeting }> => {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const greeting = (await answerOf(child)) as Greeting;
  return {
    greeting,
    child: {
      ask: async <Answer>(request: object) => {
        const answer = answerOf(child);
        child.send(request);
        return (await answer) as Answer;
      },
      stop: () => void child.kill(),
    },
  };
};
