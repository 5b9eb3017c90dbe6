import { CfnOutput } from 'aws-cdk-lib';
import { BasePathMapping, DomainName, EndpointType, type RestApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';
import type { ApiConfig } from '../config.ts';

/** A name of our own for the API; without the stage in its paths, as the dev cloud serves it. */
export class ApiDomain extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, api: RestApi, { name, certificateArn }: NonNullable<ApiConfig['domain']>) {
    super(scope, id);
    const domain = new DomainName(this, 'Name', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new BasePathMapping(this, 'Mapping', { domainName: domain, restApi: api, stage: api.deploymentStage });
    new CfnOutput(scope, 'ApiDomainTarget', {
      value: domain.domainNameAliasDomainName,
      description: `What the DNS record of ${name} points to.`,
    });
    this.url = `https://${name}/`;
  }
}
