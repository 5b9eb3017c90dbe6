import { configs } from '../../infra/config.ts';
import { ConfigurationFault } from '../../infra/configuration-fault.ts';
import { examine, findKeyOfShell } from './examine.ts';
import { exitCodeOf, renderFinding, renderSummary } from './finding.ts';
import { parseArguments, usage } from './parse-arguments.ts';

/** What `npm run doctor` does: looks at everything that a deploy needs, and says of each whether it is well. */
const main = async (words: readonly string[]): Promise<number> => {
  try {
    const wanted = parseArguments(words);
    if (wanted === null) {
      console.log(usage);
      return 0;
    }
    const findings = await examine({
      ...wanted,
      config: configs[wanted.stage],
      environment: process.env,
      nodeVersion: process.versions.node,
      findKey: findKeyOfShell,
    });
    for (const finding of findings) console.log(renderFinding(finding));
    console.log(renderSummary(findings));
    return exitCodeOf(findings);
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    console.error(error.message);
    return 1;
  }
};

process.exitCode = await main(process.argv.slice(2));
