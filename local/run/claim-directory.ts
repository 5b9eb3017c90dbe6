import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** When a process began, in Linux's ticks since boot, so that a number that was given again is told; '' elsewhere. */
const beginningOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
};

/**
 * Takes a data directory for this process alone; a mark left by a process that has died is taken over.
 *
 * @returns how to give it back.
 * @throws Error naming the process that has it, and what to do.
 */
export const claimDirectory = (directory: string): (() => void) => {
  const mark = join(directory, 'pid');
  try {
    mkdirSync(directory, { recursive: true });
    const file = openSync(mark, 'wx');
    writeSync(file, `${process.pid} ${beginningOf(process.pid)}`);
    closeSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new Error(`${directory} belongs to another user. Remove it as that user, or start as that user.`);
    if (code !== 'EEXIST') throw error;
    const [holderText, beginning] = readFileSync(mark, 'utf8').split(' ');
    const holder = Number(holderText);
    if (holder > 0 && holder !== process.pid && isAlive(holder) && beginningOf(holder) === (beginning ?? ''))
      throw new Error(
        `Signalbox already runs on ${directory} (process ${holder}). Stop it, or use \`npm start -- --once\`, which has a directory of its own.`,
      );
    rmSync(mark, { force: true });
    return claimDirectory(directory);
  }
  return () => rmSync(mark, { force: true });
};
