// A hub as somebody would write one from docs/API.md alone: claims itself, signs each request, sends what was measured.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

/** Leaves its public key with the code that a person read from the page. */
export async function claim(base, code) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  const answer = await fetch(`${base}/v1/hubs/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, public_key: x, version: '1.0.0' }),
  });
  const registration = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(registration));
  return { base, privateKey, ...registration };
}

function token(hub, method, path, body) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: hub.hub_id, aud: hub.audience, iat: now, exp: now + 50, jti: randomUUID(), htm: method, htu: hub.audience + path,
    body_sha256: createHash('sha256').update(body).digest('base64url'),
  };
  const words = `${base64url(JSON.stringify({ alg: 'EdDSA', typ: 'JWT' }))}.${base64url(JSON.stringify(claims))}`;
  return `${words}.${base64url(sign(null, Buffer.from(words), hub.privateKey))}`;
}

/** Sends readings and returns their verdicts. */
export async function send(hub, readings) {
  const body = JSON.stringify({ readings });
  const path = '/v1/hubs/telemetry';
  const answer = await fetch(hub.base + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token(hub, 'POST', path, body)}`, 'content-type': 'application/json' },
    body,
  });
  const told = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(told));
  return told.verdicts;
}
