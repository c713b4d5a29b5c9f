// Makes dist/ from the pinned packages and assets/: one stylesheet, the page scripts, the icons in use, the font.
// No bundler: what is needed fits here. Run by build.rs; `node build-assets.mjs` does the same by hand.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { wordsIn, purge } from './build/purge.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const modules = join(here, 'node_modules');
const read = (...path) => readFileSync(join(here, ...path), 'utf8');
const vendor = (...path) => readFileSync(join(modules, ...path), 'utf8');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

// The name that src/assets.rs will give it: the first eight hex digits of SHA-256 before the extension.
const hashedName = new Map();
function put(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const dot = name.lastIndexOf('.');
  hashedName.set(name, `${name.slice(0, dot)}.${hash}${name.slice(dot)}`);
  writeFileSync(join(dist, name), bytes);
  if (/\.(css|js|svg|txt)$/.test(name)) writeFileSync(join(dist, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}
const hashed = (name) => {
  if (!hashedName.has(name)) throw new Error(`${name} is used before it is built`);
  return hashedName.get(name);
};

// Icons: one sprite of exactly those that src/icon.rs names.
function sprite() {
  const names = [...read('src', 'icon.rs').matchAll(/=> "([a-z0-9-]+)"/g)].map((match) => match[1]);
  const symbols = [...new Set(names)].map((name) => {
    const svg = vendor('@tabler', 'icons', 'icons', 'outline', `${name}.svg`);
    const inner = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, '').replace(/<\/svg>\s*$/, '')
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '').replace(/>\s+</g, '><').trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

// The page scripts import each other by name; an import is rewritten to the hashed name, so what is imported comes first.
function scripts() {
  const sources = new Map(readdirSync(join(here, 'assets')).filter((name) => name.endsWith('.js'))
    .map((name) => [name, read('assets', name)]));
  const importOf = /(from\s+|import\s+)(['"])\.\/([\w-]+\.js)\2/g;
  const done = new Set();
  const build = (name, trail) => {
    if (done.has(name)) return;
    if (trail.includes(name)) throw new Error(`${[...trail, name].join(' → ')} is a circle`);
    const source = sources.get(name);
    if (source === undefined) throw new Error(`${trail.at(-1)} imports ${name}, which is not in assets/`);
    for (const match of source.matchAll(importOf)) build(match[3], [...trail, name]);
    put(name, source.replace(importOf, (_, word, quote, target) => `${word}${quote}./${hashed(target)}${quote}`));
    done.add(name);
  };
  for (const name of sources.keys()) build(name, []);
}

function stylesheet() {
  const used = wordsIn(here);
  const tabler = purge(vendor('@tabler', 'core', 'dist', 'css', 'tabler.min.css'), used);
  const uplot = vendor('uplot', 'dist', 'uPlot.min.css');
  const own = readdirSync(join(here, 'assets')).filter((name) => name.endsWith('.css')).sort()
    .map((name) => read('assets', name)).join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '').replace(/\n\s*/g, '\n').replace(/\n+/g, '\n');
  return `${tabler}\n${uplot}\n${own}`.replace(/url\("asset:([\w.-]+)"\)/g, (_, name) => `url("${hashed(name)}")`);
}

// Their licences go out with what is theirs.
function licences() {
  const packages = { '@tabler/core': ['@tabler', 'core'], '@tabler/icons': ['@tabler', 'icons'], 'htmx.org': ['htmx.org'],
    uplot: ['uplot'], Inter: ['@fontsource-variable', 'inter'] };
  return Object.entries(packages).map(([name, path]) => {
    const folder = join(modules, ...path);
    const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8') : ''}`;
  }).join('\n\n----\n\n');
}

put('inter.woff2', readFileSync(join(modules, '@fontsource-variable', 'inter', 'files', 'inter-latin-wght-normal.woff2')));
put('icons.svg', sprite());
put('favicon.svg', read('assets', 'favicon.svg'));
put('htmx.js', vendor('htmx.org', 'dist', 'htmx.min.js'));
put('uplot.js', vendor('uplot', 'dist', 'uPlot.iife.min.js').replace(/\n?\/\/# sourceMappingURL=.*$/m, ''));
scripts();
put('vitalwire.css', stylesheet());
put('licenses.txt', licences());
