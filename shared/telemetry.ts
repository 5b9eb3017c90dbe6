import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/**
 * One JSON line an event. The service's name and the level come from POWERTOOLS_SERVICE_NAME and
 * POWERTOOLS_LOG_LEVEL, which the deployment sets for functions and tasks alike.
 *
 * No text, key or full number is ever logged: correlation id, message id, client id, and `maskMsisdn`.
 */
export const logger = new Logger();

/** Metrics by EMF. PascalCase past tense; never a client as a dimension, since each value of one is a metric to pay for. */
export const metrics = new Metrics({ namespace: 'Signalbox' });

/** Whom a log line is about. */
export interface Subject {
  readonly correlation_id?: string | undefined;
  readonly message_id?: string | undefined;
  readonly client_id?: string | undefined;
}

/**
 * A logger whose lines all name the subject. Work done concurrently takes one of these each: keys appended to the
 * common logger would turn up in the neighbour's lines.
 */
export const logAbout = (subject: Subject): Logger => logger.createChild({ persistentKeys: { ...subject } });

/** Names the subject in every further line of this invocation. */
export const appendSubject = (subject: Subject): void => logger.appendKeys({ ...subject });

/** Writes out what was counted; says nothing when nothing was. At the end of an invocation, and every so often in a task. */
export const publishMetrics = (): void => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
};

/** A number as it may stand in a log: its last three digits, `…123`. */
export const maskMsisdn = (number: string): string => `…${number.replace(/\D/g, '').slice(-3)}`;
