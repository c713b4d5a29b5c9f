// Keeps of a stylesheet only the rules whose classes occur in our templates, scripts and Rust sources. Words are compared,
// not markup, so that it errs on the side of keeping.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every word in our own sources: the class names in use are among them. */
export function wordsIn(here) {
  const words = new Set();
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else for (const word of readFileSync(path, 'utf8').match(/[\w-]+/g) ?? []) words.add(word);
    }
  };
  for (const folder of ['templates', 'src', 'assets']) walk(join(here, folder));
  return words;
}

/** The stylesheet without the rules that no element of ours can match. */
export function purge(css, used) {
  const text = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/@charset[^;]*;/, '');
  return block(text, used);
}

function block(text, used) {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const end = next(text, at);
    const head = text.slice(at, end).trim();
    if (text[end] !== '{') {
      if (head) out += `${head};`;
      at = end + 1;
      continue;
    }
    const close = closing(text, end);
    const body = text.slice(end + 1, close);
    at = close + 1;
    if (/^@(media|supports|container|layer)/.test(head)) {
      const inner = block(body, used);
      if (inner) out += `${head}{${inner}}`;
    } else if (head.startsWith('@')) {
      out += `${head}{${body}}`;
    } else {
      const kept = split(head).filter((selector) => wanted(selector, used));
      if (kept.length) out += `${kept.join(',')}{${body}}`;
    }
  }
  return out;
}

// The next brace or semicolon outside strings and parentheses.
function next(text, from) {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") i = text.indexOf(c, i + 1);
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (depth === 0 && (c === '{' || c === ';')) return i;
  }
  return text.length;
}

function closing(text, open) {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") i = text.indexOf(c, i + 1);
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i;
  }
  return text.length;
}

function split(selectors) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < selectors.length; i++) {
    const c = selectors[i];
    if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(selectors.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(selectors.slice(start));
  return parts;
}

// A class inside :not(), :is() and the like is no condition for a match.
function wanted(selector, used) {
  let plain = selector;
  for (let before = ''; before !== plain;) {
    before = plain;
    plain = plain.replace(/:(not|is|where|has)\([^()]*\)/g, '');
  }
  const classes = plain.match(/\.(?:[\w-]|\\.)+/g) ?? [];
  return classes.every((name) => used.has(name.slice(1).replace(/\\/g, '')));
}
