import { benchApi } from './api.ts';
import { benchBridge } from './bridge.ts';
import { benchCarousel } from './carousel.ts';
import { benchCas } from './cas.ts';
import { benchJourney } from './journey.ts';
import { benchList } from './list.ts';
import { benchOta } from './ota.ts';
import { benchScale } from './scale.ts';
import { benchSmpp } from './smpp.ts';
import { benchThrottle } from './throttle.ts';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  api: benchApi,
  bridge: benchBridge,
  carousel: benchCarousel,
  cas: benchCas,
  journey: benchJourney,
  list: benchList,
  ota: benchOta,
  scale: benchScale,
  smpp: benchSmpp,
  throttle: benchThrottle,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench) await bench(args);
else {
  console.error(`npm run bench -- NAME, where NAME is one of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
}
