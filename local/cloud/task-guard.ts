/**
 * Preloaded into every task of the dev cloud: when the cloud's process dies, however it dies, its line to the task
 * breaks, and the task goes with it as a container goes with its host.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
