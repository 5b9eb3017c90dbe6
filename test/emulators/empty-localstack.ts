import { DeleteTableCommand, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DeleteAliasCommand, paginateListAliases } from '@aws-sdk/client-kms';
import { DeleteSecretCommand, paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { DeleteQueueCommand, paginateListQueues } from '@aws-sdk/client-sqs';
import { emulatedElsewhere } from '../../local/services/emulated-elsewhere.ts';
import { localstackClients } from './localstack-clients.ts';

const each = async <Page>(
  pages: AsyncIterable<Page>,
  remove: (page: Page) => readonly Promise<unknown>[],
): Promise<void> => {
  const listed: Page[] = [];
  // To the end first: a page of what is being removed meanwhile would leave some out.
  for await (const page of pages) listed.push(page);
  await Promise.all(listed.flatMap(remove));
};

/**
 * Removes queues, tables, secrets and the aliases of keys from a LocalStack. It keeps them from file to file, where the
 * dev cloud's own services start empty, and knows no call that forgets everything.
 */
const emptyLocalstack = async (): Promise<void> => {
  const at = (service: Parameters<typeof emulatedElsewhere>[0]) => emulatedElsewhere(service)?.url;
  const url = at('sqs') ?? at('dynamodb') ?? at('kms') ?? at('secretsmanager');
  if (url === undefined) return;
  const { sqs, dynamodb, kms, secretsManager } = localstackClients(url);
  if (at('sqs'))
    await each(paginateListQueues({ client: sqs, pageSize: 1000 }, {}), ({ QueueUrls = [] }) =>
      QueueUrls.map((QueueUrl) => sqs.send(new DeleteQueueCommand({ QueueUrl }))),
    );
  if (at('dynamodb'))
    await each(paginateListTables({ client: dynamodb }, {}), ({ TableNames = [] }) =>
      TableNames.map((TableName) => dynamodb.send(new DeleteTableCommand({ TableName }))),
    );
  if (at('kms'))
    await each(paginateListAliases({ client: kms }, {}), ({ Aliases = [] }) =>
      Aliases.filter(({ AliasName = '' }) => !AliasName.startsWith('alias/aws/')).map(({ AliasName }) =>
        kms.send(new DeleteAliasCommand({ AliasName })),
      ),
    );
  if (at('secretsmanager'))
    await each(paginateListSecrets({ client: secretsManager }, {}), ({ SecretList = [] }) =>
      SecretList.map(({ ARN }) =>
        secretsManager.send(new DeleteSecretCommand({ SecretId: ARN, ForceDeleteWithoutRecovery: true })),
      ),
    );
};

await emptyLocalstack();
