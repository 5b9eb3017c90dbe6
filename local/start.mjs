// Plain JavaScript, so that it can say what is wrong on any Node: the rest needs the Node of the `node` package.
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < 24) {
  console.error(`Signalbox runs on Node 24, which npm installs as its dependency \`node\`; this is Node ${process.versions.node}.
Its install script was probably blocked. Mend it with

  npm rebuild node esbuild

and start again with \`npm start\` (not with \`node\` itself: npm puts the right one first in PATH).`);
  process.exit(1);
}

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2), process.env);
