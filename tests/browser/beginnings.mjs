// How a clinic comes to its first reading, all of it in a browser: an administrator, a distributor, a customer, a technician.
//   node beginnings.mjs '{"base": …, "admin": …, "password": …, "mail": <folder>, "shots": …, "chromium": …}'
import assert from 'node:assert/strict';
import { inspect, linkFor, open, signIn, start } from './support.mjs';
import { claim, send } from './hub.mjs';

const scene = JSON.parse(process.argv[2]);
const stage = await start(scene);
const BOTH = ['light', 'dark'];
const look = (page, name) => inspect(stage, page, `beginnings-${name}`, BOTH);
const click = (page, name) => page.getByRole('button', { name, exact: true }).click();
const follow = (page, name) => page.getByRole('main').getByRole('link', { name }).first().click();
const done = (page, text) => page.getByRole('status').or(page.getByRole('alert')).filter({ hasText: text }).waitFor();

/** Fills in what is named, saves with the button, and waits for the page that it leads to, or for what that says. */
async function fill(page, fields, button, end) {
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label, { exact: true });
    if (await field.evaluate((element) => element.tagName === 'SELECT')) await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await click(page, button);
  try {
    await (end instanceof RegExp ? page.waitForURL(end) : done(page, end));
  } catch (cause) {
    throw new Error(`the page did not go on: ${page.url()}\n${await page.getByRole('main').innerText()}`, { cause });
  }
}

/** Ada makes the organisations and fills the distributor's stock. */
async function administrator() {
  const page = await open(stage);
  await signIn(page, scene.admin, scene.password);
  await page.waitForURL(/\/admin$/);
  await look(page, 'today-of-an-empty-platform');
  await follow(page, 'Add a distributor');
  await look(page, 'new-distributor');
  await fill(page, { 'Name': 'Northwind Devices', 'City optional': 'Hamburg' }, 'Add the distributor', /\/distributors\/[0-9a-f-]{36}/);
  await look(page, 'distributor');
  const distributor = page.url();
  await follow(page, 'Invite a person');
  await page.getByLabel(/^Administrator/).check();
  await fill(page, { Name: 'Dora Distel', Email: 'dora@northwind.example' }, 'Send the invitation', 'The invitation is on its way');

  await page.goto('/customers/new');
  await fill(page, { Name: 'Harbour Clinic' }, 'Add the customer', /\/customers\/[0-9a-f-]{36}/);
  await look(page, 'customer-of-the-platform');

  for (const [name, transport] of [['Cuff C', 'cellular'], ['Cuff B', 'Bluetooth, through a hub']]) {
    await page.goto('/models/new');
    await page.getByLabel('Blood pressure', { exact: true }).check();
    await page.getByLabel(transport, { exact: true }).check();
    await fill(page, { Maker: 'Acme', Name: name }, 'Add the model', /\/models/);
  }
  for (const [model, serial] of [['Acme Cuff C · blood pressure', 'CELL-0001'], ['Acme Cuff B · blood pressure', 'BLUE-0001']]) {
    await page.goto('/devices/new');
    await fill(page, { Model: model, Serial: serial, 'Distributor\'s stock optional': 'Northwind Devices' }, 'Add the device', /\/devices\/[0-9a-f-]{36}/);
  }
  await page.goto('/hubs/new');
  await fill(page, { Serial: 'HUB-0001', 'Distributor\'s stock optional': 'Northwind Devices' }, 'Add the hub', /\/hubs\/[0-9a-f-]{36}/);
  await page.goto(distributor);
  await look(page, 'distributor-with-stock');
  assert.deepEqual(page.complaints, []);
  return page;
}

/** Somebody comes by the link in their mail and chooses a password. */
async function arrive(address, first) {
  const page = await open(stage);
  await page.goto(await linkFor(address, scene));
  await look(page, `invitation-of-${address.split('@')[0]}`);
  await page.getByLabel('Password', { exact: true }).fill(scene.password);
  await page.getByLabel(/again/i).fill(scene.password);
  await page.getByRole('button').last().click();
  await page.waitForURL(first);
  return page;
}

/** Dora gets a customer of her own, and places with it what is in her stock. */
async function distributor() {
  const page = await arrive('dora@northwind.example', /\/portfolio/);
  await look(page, 'portfolio');
  await page.goto('/customers/new');
  await fill(page, { Name: 'Lakeside Clinic' }, 'Add the customer', /\/customers\/[0-9a-f-]{36}/);
  const customer = page.url();
  await look(page, 'customer');
  for (const serial of ['CELL-0001', 'BLUE-0001', 'HUB-0001']) {
    await page.goto('/stock');
    await page.getByRole('link', { name: serial }).first().click();
    await page.getByText('Place with a customer').click();
    await fill(page, { Customer: 'Lakeside Clinic' }, 'Place it', 'is placed');
    await look(page, `placed-${serial}`);
    const activate = page.getByRole('button', { name: 'Activate', exact: true });
    if (await activate.count()) await activate.click();
  }
  await page.goto(customer);
  await look(page, 'customer-with-devices');
  await follow(page, 'Invite its first person');
  await page.getByLabel(/^Administrator/).check();
  await fill(page, { Name: 'Cleo Clinic', Email: 'cleo@lakeside.example' }, 'Send the invitation', 'The invitation is on its way');
  assert.deepEqual(page.complaints, []);
  return page;
}

/** Cleo takes the clinic over, and invites a technician. */
async function customer() {
  const page = await arrive('cleo@lakeside.example', /\/home/);
  await look(page, 'home');
  await page.goto('/users');
  await page.getByText('Ask to see readings').click();
  await click(page, 'Yes, I belong to it: ask');
  await done(page, 'You have asked');
  await look(page, 'people-of-one-who-asked');
  return page;
}

/** Ada makes sure of Cleo. */
async function confirmation(page) {
  await page.goto('/admin');
  await page.getByRole('row', { name: 'Cleo Clinic asks to be confirmed' }).getByRole('link').click();
  await look(page, 'person-to-confirm');
  await page.getByText('Confirm this person').click();
  await click(page, 'Confirm');
  await done(page, 'They are confirmed');
  assert.deepEqual(page.complaints, []);
}

async function invitation(page) {
  await page.goto('/users/invite');
  await page.getByLabel(/^Technician/).check();
  await fill(page, { Name: 'Theo Technik', Email: 'theo@lakeside.example' }, 'Send the invitation', 'The invitation is on its way');
  await look(page, 'people');
  assert.deepEqual(page.complaints, []);
  return page;
}

/** Theo puts the hub to work, and sees the first reading arrive on an open page. */
async function technician() {
  const page = await arrive('theo@lakeside.example', /\/home/);
  await page.goto('/hubs');
  await page.getByRole('main').getByRole('link', { name: 'HUB-0001' }).first().click();
  const its = page.url();
  await click(page, 'Make a claim code');
  const code = await page.locator('.vw-code code').textContent();
  await look(page, 'claim-code');
  const hub = await claim(scene.base, code.trim());
  await page.goto(its);
  await look(page, 'fingerprint');
  const shown = await page.locator('.vw-groups span').allTextContents();
  assert.equal(shown.join(':'), hub.fingerprint, 'the page shows what the hub shows');
  await click(page, 'Yes, every group is the same');
  await done(page, 'The hub is confirmed');

  await page.goto('/devices');
  await page.getByRole('row', { name: 'BLUE-0001' }).getByRole('link').first().click();
  await page.locator('#live[data-state="live"]').waitFor();
  await look(page, 'device-before-its-first-reading');
  await page.evaluate(() => { globalThis.notReloaded = true; });
  const [verdict] = await send(hub, [{
    device: 'BLUE-0001', kind: 'blood_pressure', measured_at: new Date().toISOString(), values: { systolic: 137, diastolic: 81, pulse: 64 },
  }]);
  assert.equal(verdict.status, 'accepted', JSON.stringify(verdict));
  await page.locator(`#reading-${verdict.id}`).getByText('137').waitFor();
  // What is counted above the table follows: the value, how many there are, and that it waits for the first one no longer.
  await page.locator('#tiles').getByText('137').first().waitFor();
  await page.locator('#facts').getByText('waiting for its first reading').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => globalThis.notReloaded), true, 'the page was not loaded again');
  await look(page, 'device-with-its-first-reading');
  await page.goto('/home');
  await look(page, 'home-with-a-reading');
  assert.deepEqual(page.complaints, []);
}

try {
  const ada = await administrator();
  await distributor();
  const cleo = await customer();
  await confirmation(ada);
  await invitation(cleo);
  await technician();
  assert.deepEqual(stage.findings, []);
} finally {
  await stage.browser.close();
}
