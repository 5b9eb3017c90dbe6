import type { Stage as ApiStage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';

/** Requests of one address in five minutes, far above what one well-behaved client sends unbatched. */
const requestsPerAddress = 300_000;

const visibility = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: true,
});

/** AWS WAF before the API: known bad inputs, and a ceiling per address. Bodies are judged by serve-api, not here. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { names }: Deployment, stage: ApiStage) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      name: names.of('api'),
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(names.of('api')),
      rules: [
        {
          name: 'known-bad-inputs',
          priority: 0,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesKnownBadInputsRuleSet' },
          },
          visibilityConfig: visibility('known-bad-inputs'),
        },
        {
          name: 'one-address',
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: requestsPerAddress, aggregateKeyType: 'IP' } },
          visibilityConfig: visibility('one-address'),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  }
}
