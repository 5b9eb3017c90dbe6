/** Stacks and their states, as CloudFormation at this endpoint tells them (Query protocol, DescribeStacks). */
export const stackStates = async (endpoint: string, region: string): Promise<ReadonlyMap<string, string>> => {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      // An emulator reads no more of it than whose call it is.
      authorization: `AWS4-HMAC-SHA256 Credential=test/${day}/${region}/cloudformation/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15' }),
  });
  const xml = await response.text();
  if (!response.ok) throw new Error(`DescribeStacks was answered ${response.status}: ${xml}`);
  const names = [...xml.matchAll(/<StackName>([^<]+)<\/StackName>/g)].map(([, name = '']) => name);
  const states = [...xml.matchAll(/<StackStatus>([^<]+)<\/StackStatus>/g)].map(([, state = '']) => state);
  return new Map(names.map((name, i) => [name, states[i] ?? '']));
};
