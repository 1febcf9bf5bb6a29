/** The real program in demo mode, on loopback and free ports; and a door before it that can be shut. */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS = 30_000;

/** A TCP port that was free a moment ago; with `udp` the same number is free for UDP too. */
async function freePort(udp = false) {
  for (let tries = 0; tries < 20; tries += 1) {
    const tcp = net.createServer();
    await new Promise((done, fail) => tcp.once('error', fail).listen(0, '127.0.0.1', done));
    const { port } = tcp.address();
    let free = true;
    if (udp) {
      const socket = createSocket('udp4');
      free = await new Promise((done) => socket.once('error', () => done(false)).bind(port, '127.0.0.1', () => done(true)));
      if (free) await new Promise((done) => socket.close(done));
    }
    await new Promise((done) => tcp.close(done));
    if (free) return port;
  }
  throw new Error('no free port');
}

export class Server {
  #child = null;
  #folder = mkdtempSync(join(tmpdir(), 'yoban-browser-'));
  #log = createWriteStream(join(this.#folder, 'server.log'), { flags: 'a' });

  /**
   * `options`: more of the command line. `room`: how much the recordings' disk holds, as tmpfs understands it; the
   * program runs in a mount namespace of its own then. `listen`: addresses beside loopback.
   */
  static async start(options = [], { room = null, listen = 'none' } = {}) {
    const server = new Server();
    Object.assign(server, { options, room, listen });
    server.port = await freePort(true);
    server.httpPort = await freePort();
    await server.up();
    return server;
  }

  get base() {
    return `http://localhost:${this.httpPort}`;
  }

  get recordings() {
    return join(this.#folder, 'data', 'recordings');
  }

  get pid() {
    return this.#child.pid;
  }

  /** A path as the program sees it, which may run in a mount namespace of its own. */
  inside(path) {
    return `/proc/${this.pid}/root${path}`;
  }

  /** Every file of recordings on the disk, finished or not. */
  recorded() {
    if (!existsSync(this.recordings)) return [];
    const entries = readdirSync(this.recordings, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name !== 'recorder.lock').map((entry) => entry.name);
  }

  /** Starts the program; the second time on the same ports and data. */
  async up() {
    const args = ['serve', '--demo', '--listen', this.listen, '--port', this.port, '--http-port', this.httpPort, ...this.options];
    const command = [process.env.YOBAN_BIN, ...args, '--data', join(this.#folder, 'data')].map(String);
    if (this.room) {
      mkdirSync(this.recordings, { recursive: true });
      const inside = `mount -t tmpfs -o size=${this.room} tmpfs "$0" && exec "$@"`;
      command.unshift('unshare', '-rm', 'sh', '-c', inside, this.recordings);
    }
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        this.said += text;
        this.#log.write(text);
      });
    }
    const gone = new Promise((_, fail) =>
      child.once('exit', (code, signal) => fail(new Error(`yoban ended (${code ?? signal}):\n${this.said.slice(-3000)}`))),
    );
    gone.catch(() => undefined);
    const until = Date.now() + START_MS;
    const people = async () => {
      for (;;) {
        try {
          const answer = await fetch(`${this.base}/api/v1/demo/people`);
          if (answer.ok) return await answer.json();
        } catch {
          // Not listening yet.
        }
        if (Date.now() > until) throw new Error(`yoban does not answer:\n${this.said.slice(-3000)}`);
        await new Promise((done) => setTimeout(done, 50));
      }
    };
    this.people = await Promise.race([people(), gone]);
  }

  /** Ends the program with `signal` and waits for its end. */
  async down(signal = 'SIGTERM') {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await gone;
  }

  async close() {
    await this.down();
    this.#log.end();
    if (process.env.YOBAN_KEEP) console.log(`kept: ${this.#folder}`);
    else rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The sign-in link of the n-th demo person of an app. */
  link(app, n = 0, base = this.base) {
    const person = this.people.filter((p) => p.app === app)[n];
    return `${base}/${app}#code=${person.code}`;
  }
}

/** Whether this machine lets us mount a small disk of our own (user and mount namespaces). */
export function canMount() {
  return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

/** Whether this machine lets us make networks of our own (user and network namespaces). */
export function canNetwork() {
  const inside = 'mount -t tmpfs tmpfs /run && ip netns add it && ip link add here type veth peer name there netns it';
  return spawnSync('unshare', ['-rmn', 'sh', '-c', inside]).status === 0;
}

/** Passes TCP on to the server until it is shut: what a lost network is to a socket. Media goes past it. */
export class Door {
  #open = true;
  #sockets = new Set();
  #listener = null;

  static async before(server) {
    const door = new Door();
    door.#listener = net.createServer((from) => {
      if (!door.#open) {
        from.destroy();
        return;
      }
      const to = net.connect(server.httpPort, '127.0.0.1');
      for (const [one, other] of [
        [from, to],
        [to, from],
      ]) {
        door.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          door.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    await new Promise((done) => door.#listener.listen(0, '127.0.0.1', done));
    door.base = `http://localhost:${door.#listener.address().port}`;
    return door;
  }

  shut() {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open() {
    this.#open = true;
  }

  async close() {
    this.shut();
    await new Promise((done) => this.#listener.close(done));
  }
}
