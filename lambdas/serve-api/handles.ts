import type { Refusal } from '#shared/contracts/problems.ts';
import type { Operation } from '#shared/contracts/routes.ts';
import type { Answer, ApiRequest } from './api-request.ts';

/** Answers a request whose route and scope have been checked. */
export type Handle = (request: ApiRequest) => Answer | Refusal | Promise<Answer | Refusal>;

/** The handles of some of the operations in the route table. */
export type Handles<Name extends Operation> = Readonly<Record<Name, Handle>>;
