import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';

/**
 * What the stage may cost in a month: a ticket when 80 % are spent, and when the month is forecast to exceed it. It counts
 * what bears the stage's tags, once the tag `stage` is activated for billing; an account of its own needs no tag.
 */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { config, names }: Deployment, tickets: ITopic) {
    super(scope, id);
    const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
      subscribers: [{ subscriptionType: 'SNS', address: tickets.topicArn }],
    });
    new CfnBudget(this, 'Monthly', {
      budget: {
        budgetName: names.of('monthly'),
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: config.monthlyBudgetUsd, unit: 'USD' },
      },
      notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
    });
  }
}
