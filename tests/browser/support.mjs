// What the stories in the browser share: windows, signing in, looking at a page, reading mail.
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const WIDE = { width: 1366, height: 900 };
const PHONE = { width: 390, height: 844 };

/** A browser; `findings` gathers what is wrong with the pages as such. */
export async function start(scene) {
  const browser = await chromium.launch({
    executablePath: scene.chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return { browser, scene, findings: [] };
}

/** A window of somebody's own; what a page complains about is kept in `complaints`. */
export async function open({ browser, scene }) {
  const context = await browser.newContext({ baseURL: scene.base, viewport: WIDE, timezoneId: 'UTC', reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused sign-in is answered with 401, which the browser reports as if it were a fault.
    if (message.type() === 'error' && !message.text().includes('401')) page.complaints.push(message.text());
  });
  return page;
}

export async function signIn(page, email, password) {
  await page.goto('/login');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** No serious violation of the accessibility rules, and nothing that has to be scrolled sideways on a phone. */
export async function inspect({ scene, findings }, page, name, schemes = ['light']) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const [size, viewport] of Object.entries({ wide: WIDE, phone: PHONE })) {
      await page.setViewportSize(viewport);
      const look = colorScheme === 'light' ? size : `${size}-${colorScheme}`;
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await page.screenshot({ path: join(scene.shots, `${name}-${look}.png`), fullPage: true });
      if (over > 0) findings.push(`${name}, ${look}: ${over} px stand out at the side`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
      for (const { id, help, nodes } of grave) {
        findings.push(`${name}, ${look}: ${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDE);
  console.log(`${name}: looked at`);
}

/** The link in the one mail to this address, as soon as it lies in the folder that the platform writes its mail to. */
export async function linkFor(address, { mail, base }) {
  mkdirSync(mail, { recursive: true });
  const find = () => {
    for (const name of readdirSync(mail)) {
      if (!name.endsWith('.eml')) continue;
      const text = readFileSync(join(mail, name), 'utf8').replace(/=\r?\n/g, '').replaceAll('=3D', '=');
      if (new RegExp(`^To:.*${address}`, 'mi').test(text)) return text.match(new RegExp(`${base}(/\\S+)`))?.[1];
    }
    return undefined;
  };
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no mail came for ${address}; is there a folder: ${existsSync(mail)}`)), 20_000);
    const look = () => {
      const link = find();
      if (!link) return;
      watcher.close();
      clearTimeout(late);
      resolve(link);
    };
    const watcher = watch(mail, look);
    look();
  });
}
