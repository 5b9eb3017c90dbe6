import { CfnParameter, type Stack } from 'aws-cdk-lib';

/** The environment of programs that judge callback URLs; the parameter is left empty but in the dev cloud. */
export const callbackExemptOrigins = (stack: Stack): { readonly CALLBACK_EXEMPT_ORIGINS: string } => ({
  CALLBACK_EXEMPT_ORIGINS: new CfnParameter(stack, 'CallbackExemptOrigins', {
    default: '',
    description: 'Origins, joined by commas, that may be called back although they are not https or not public.',
  }).valueAsString,
});
