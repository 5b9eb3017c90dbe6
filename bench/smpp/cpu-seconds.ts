/** Processor time this process has used: it does not grow while others have the cores. */
export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
