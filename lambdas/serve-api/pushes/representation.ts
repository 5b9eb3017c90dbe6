import type * as z from 'zod';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type PushDocument, pushDocuments } from '#shared/contracts/push-xml.ts';
import { parseXml } from '#shared/domain/xml/parse-xml.ts';
import { writeXml } from '#shared/domain/xml/write-xml.ts';
import { XmlError, type XmlReason } from '#shared/domain/xml/xml-error.ts';
import { readXmlFields, toXmlElement, type XmlValue } from '#shared/domain/xml/xml-fields.ts';
import { xmlLimits } from '#shared/domain/xml/xml-limits.ts';
import { type Answer, type ApiRequest, answer } from '../api-request.ts';
import { fieldErrors, readBody, refuseFields } from '../read-body.ts';

export type Representation = 'json' | 'xml';

const xmlType = /^(?:application|text)\/xml$/i;

/** What the request's own body is: XML where its Content-Type says so. */
const bodyRepresentation = ({ headers }: ApiRequest): Representation =>
  xmlType.test((headers['content-type'] ?? '').split(';')[0]?.trim() ?? '') ? 'xml' : 'json';

const weightOf = (parameters: readonly string[]): number => {
  const q = parameters
    .map((each) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(each)?.[1])
    .find((each) => each !== undefined);
  return q === undefined ? 1 : Number(q);
};

/**
 * What the answer is to be: what Accept (RFC 9110, 12.5.1) prefers; where it does not care, what the request's body is.
 * A problem is JSON all the same.
 */
export const representationOf = (request: ApiRequest): Representation => {
  const weights = { json: 0, xml: 0 };
  for (const range of (request.headers.accept ?? '').slice(0, 1_000).split(',')) {
    const [type = '', ...parameters] = range.split(';');
    const name = type.trim().toLowerCase();
    if (xmlType.test(name)) weights.xml = Math.max(weights.xml, weightOf(parameters));
    else if (name === 'application/json') weights.json = Math.max(weights.json, weightOf(parameters));
  }
  if (weights.xml === weights.json) return bodyRepresentation(request);
  return weights.xml > weights.json ? 'xml' : 'json';
};

/** What says that the document is XML of the kind that is read, and not what is asked for. */
const ofShape: ReadonlySet<XmlReason> = new Set([
  'xml.unexpected_element',
  'xml.unexpected_attribute',
  'xml.unexpected_text',
  'xml.repeated_element',
  'xml.value_malformed',
]);

const refuseXml = ({ reason, message, position }: XmlError): Refusal => {
  const place = position ? `line ${position.line}, column ${position.column}` : '';
  if (ofShape.has(reason)) return refuseFields([{ path: place, message }]);
  return refuse('xml.refused', `${message}${place ? ` It is at ${place}.` : ''}`, [{ path: place, message: reason }]);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema is that of JSON, where a name stands once. What an item lacks, the schema says is missing. */
const named = (items: readonly XmlValue[]): XmlValue => {
  const entries = items.map((item) =>
    isRecord(item) ? ([item.name ?? '', item.value] as const) : (['', ''] as const),
  );
  if (new Set(entries.map(([name]) => name)).size < entries.length)
    throw new XmlError('xml.repeated_element', 'A name stands twice in metadata.');
  return Object.fromEntries(entries) as XmlValue;
};

const withNames = (value: XmlValue): XmlValue =>
  isRecord(value) && Array.isArray(value.metadata) ? { ...value, metadata: named(value.metadata) } : value;

const readXml = (body: string | null): { readonly value: XmlValue } | Refusal => {
  const text = body ?? '';
  try {
    // Before its octets are made: what is far too large costs no more than it has.
    if (text.length > xmlLimits.octets)
      throw new XmlError('xml.too_large', `The document is more than ${xmlLimits.octets} octets.`);
    return { value: withNames(readXmlFields(parseXml(Buffer.from(text)), pushDocuments.push)) };
  } catch (error) {
    if (error instanceof XmlError) return refuseXml(error);
    throw error;
  }
};

/** The body as its schema has it, whether it came as JSON or as XML. */
export const readPushBody = <Schema extends z.ZodType>(
  request: ApiRequest,
  schema: Schema,
): { readonly outcome: 'read'; readonly value: z.output<Schema> } | Refusal => {
  if (bodyRepresentation(request) === 'json') return readBody(request, schema);
  const xml = readXml(request.body);
  if ('outcome' in xml) return xml;
  const parsed = schema.safeParse(xml.value);
  return parsed.success ? { outcome: 'read', value: parsed.data } : refuseFields(fieldErrors(parsed.error));
};

/** What XML allows no document to contain (XML 1.0, 2.2): a card or an SMSC may have said it. */
const printable = (text: string): string => text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd');

const particulars = (detail: Readonly<Record<string, unknown>>): XmlValue =>
  Object.entries(detail).map(([name, value]) => ({
    name: printable(name),
    value: printable(typeof value === 'string' ? value : JSON.stringify(value)),
  }));

/** Members whose names are nobody's but their writer's. */
const freelyNamed: ReadonlySet<string> = new Set(['detail', 'metadata']);

/** What JSON says, as XML says it: without what is null, and what is freely named as a list. */
const toXmlValue = (value: unknown): XmlValue => {
  if (Array.isArray(value)) return value.map(toXmlValue);
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== null && inner !== undefined)
        .map(([name, inner]) => [
          name,
          freelyNamed.has(name) && isRecord(inner) ? particulars(inner) : toXmlValue(inner),
        ]),
    );
  return typeof value === 'number' || typeof value === 'boolean' ? value : printable(String(value));
};

/** An answer in the representation that the request asks for. */
export const answerAs = (
  request: ApiRequest,
  document: PushDocument,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  if (representationOf(request) === 'json') return answer(status, body, headers);
  const xml = writeXml(toXmlElement(toXmlValue(body), pushDocuments[document]));
  return answer(status, xml, { ...headers, 'content-type': 'application/xml' });
};
