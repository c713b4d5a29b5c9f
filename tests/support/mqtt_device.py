"""Devices over MQTT, with a client that we did not write (paho-mqtt).

talk: one client that does what each line on standard input says and prints what happens, a JSON object a line.
load: devices that send readings and keep each until it is acknowledged, over whatever is lost; prints what was acknowledged.
"""
import datetime, hashlib, json, sys, threading, time
import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

said = threading.Lock()


def say(**event):
    with said:
        print(json.dumps(event), flush=True)


def client(user, password, port, ca, keeps_session):
    made = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"{user}-device", protocol=mqtt.MQTTv5)
    made.username_pw_set(user, password)
    made.tls_set(ca_certs=ca)
    made.reconnect_delay_set(0.1, 1)
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 3600 if keeps_session else 0
    made.connect_async("127.0.0.1", port, keepalive=10, clean_start=not keeps_session, properties=properties)
    return made


def talk(port, ca, user, password):
    device = client(user, password, port, ca, False)
    device.on_connect = lambda c, u, flags, reason, p: say(event="connected", reason=str(reason))
    device.on_disconnect = lambda c, u, flags, reason, p: say(event="disconnected", reason=str(reason))
    device.on_subscribe = lambda c, u, mid, reasons, p: say(event="subscribed", reason=str(reasons[0]))
    device.on_publish = lambda c, u, mid, reason, p: say(event="published", reason=str(reason))
    sent = set()

    def on_message(c, u, m):
        answer = {**json.loads(m.payload), "known": json.loads(m.payload)["message"] in sent}
        say(event="message", topic=m.topic, answer=answer, qos=m.qos, retain=m.retain)

    device.on_message = on_message
    device.loop_start()
    for line in sys.stdin:
        command = json.loads(line)
        if "subscribe" in command:
            device.subscribe(command["subscribe"], 1)
        else:
            payload = bytes.fromhex(command["hex"])
            sent.add(hashlib.sha256(payload).hexdigest())
            device.publish(command["topic"], payload, command["qos"])
    device.disconnect()


class Sender:
    """One device that sends readings, a few at a time, each again every second and a half until it is acknowledged."""

    WINDOW, PATIENCE = 8, 1.5

    def __init__(self, port, ca, device, count, first_ms):
        self.serial, self.token, self.waiting, self.lock = device["serial"], device["token"], {}, threading.Lock()
        self.queue = [first_ms + number * 7 for number in range(count)]
        self.client = client(self.serial, device["password"], port, ca, True)
        self.client.on_connect = lambda c, u, f, r, p: c.subscribe(f"vitalwire/v1/{self.serial}/ack", 1)
        self.client.on_message = lambda c, u, message: self.acknowledged(json.loads(message.payload))

    def payload(self, ms):
        at = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")
        values = {"systolic": 100 + ms % 60, "diastolic": 60 + ms % 30, "pulse": 60}
        body = {"device": self.serial, "kind": "blood_pressure", "measured_at": at, "values": values, "token": self.token}
        return json.dumps(body).encode()

    def acknowledged(self, answer):
        with self.lock:
            ms, _ = self.waiting.pop(answer["message"], (None, None))
        if answer["status"] not in ("accepted", "duplicate"):
            say(unexpected=answer)
        elif ms is not None:
            say(serial=self.serial, ms=ms, id=answer["id"], hash=answer["hash"], status=answer["status"])

    def publish(self, ms):
        body = self.payload(ms)
        with self.lock:
            self.waiting[hashlib.sha256(body).hexdigest()] = (ms, time.monotonic())
        if self.client.is_connected():
            self.client.publish(f"vitalwire/v1/{self.serial}/telemetry", body, 1)

    def step(self):
        now = time.monotonic()
        with self.lock:
            late = [ms for ms, since in self.waiting.values() if now - since > self.PATIENCE]
            room = self.WINDOW - len(self.waiting)
        for ms in late:
            self.publish(ms)
        for _ in range(min(room, len(self.queue))):
            self.publish(self.queue.pop(0))
        return bool(self.queue or self.waiting)


def load(port, ca, devices, count, first_ms):
    senders = [Sender(port, ca, device, count, first_ms) for device in json.loads(devices)]
    for sender in senders:
        sender.client.loop_start()
    while any([sender.step() for sender in senders]):
        time.sleep(0.02)
    say(done=True)


if sys.argv[1] == "talk":
    talk(int(sys.argv[2]), *sys.argv[3:])
else:
    load(int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6]))
