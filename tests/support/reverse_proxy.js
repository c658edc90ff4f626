// nginx and Caddy before a server, with the configurations of README.md, and TLS.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { within } from "./deadline.js";
import { freePort, kRoot } from "./server.js";

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export const kHost = "notes.example.org";

const kFolders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin"];

/** Whether a program is installed. */
export const isInstalled = (program) =>
  kFolders.some((folder) => existsSync(path.join(folder, program)));

/** README.md's configuration of this kind. */
function configuration(language) {
  const readme = readFileSync(path.join(kRoot, "README.md"), "utf8");
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(readme)[1];
}

function replaceAll(text, replacements) {
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`README.md's configuration has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

const kPrograms = {
  nginx: {
    configure: (folder, port, server, basePath) =>
      `daemon off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
access_log off;
${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((name) => `${name}_temp_path ${folder}/${name};`)
  .join("\n")}
${replaceAll(configuration("nginx"), {
  "listen 443 ssl": `listen 127.0.0.1:${port} ssl`,
  "/etc/ssl/notes.pem": `${folder}/cert.pem`,
  "/etc/ssl/notes.key": `${folder}/key.pem`,
  "location /": `location ${basePath}/`,
  "127.0.0.1:8080": `127.0.0.1:${server.port}`,
})}
}
`,
    args: (file) => ["-e", "stderr", "-c", file],
  },
  caddy: {
    configure: (folder, port, server, basePath) =>
      `{
  admin off
  auto_https disable_redirects
}
${replaceAll(configuration("caddy"), {
  [`${kHost} {`]: `https://${kHost}:${port} {\n  bind 127.0.0.1\n  tls ${folder}/cert.pem ${folder}/key.pem`,
  "reverse_proxy ": `reverse_proxy ${basePath}/* `,
  "127.0.0.1:8080": `127.0.0.1:${server.port}`,
})}`,
    args: (file) => ["run", "--adapter", "caddyfile", "--config", file],
  },
};

export const kProxies = Object.keys(kPrograms);

export class ReverseProxy {
  /**
   * @param {string} program one of kProxies
   * @param {{port: number}} server
   * @param {string} basePath as for --base-path, without a slash at the end
   */
  static async start(program, server, basePath = "") {
    const folder = await mkdtemp(path.join(tmpdir(), "cowrite-proxy-"));
    const proxy = new ReverseProxy(folder, await freePort(), basePath);
    try {
      await proxy.#start(kPrograms[program], program, server);
    } catch (error) {
      await proxy.stop();
      throw new Error(`${error.message}\n${proxy.output}`);
    }
    return proxy;
  }

  constructor(folder, port, basePath) {
    this.folder = folder;
    this.port = port;
    this.basePath = basePath;
    this.origin = `https://${kHost}:${port}`;
    this.webSocketUrl = `wss://${kHost}:${port}${basePath}/ws`;
    this.output = "";
  }

  /** What a client of it needs: its address, and the certificate to trust. */
  get options() {
    const lookup = (_, { all }, done) =>
      all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
    return { ca: this.certificate, lookup };
  }

  async #start({ configure, args }, program, server) {
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(this.folder, name));
    const names = ["-subj", `/CN=${kHost}`, "-addext", `subjectAltName=DNS:${kHost}`];
    const form = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", key, "-out", cert];
    await promisify(execFile)("openssl", ["req", ...form, ...names, ...files, "-days", "2"]);
    this.certificate = readFileSync(cert);
    const file = path.join(this.folder, "configuration");
    await writeFile(file, configure(this.folder, this.port, server, this.basePath));
    const { folder } = this;
    const env = { ...process.env, PATH: kFolders.join(":"), HOME: folder, XDG_DATA_HOME: folder };
    this.process = spawn(program, args(file), { env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.process);
    this.ended = new Promise((resolve) => {
      this.process.on("exit", resolve);
      this.process.on("error", resolve);
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on("data", (bytes) => (this.output += bytes));
    }
    const early = this.ended.then(() => Promise.reject(new Error(`${program} ended`)));
    await within(Promise.race([this.#listening(), early]), `${program} listens`);
    early.catch(() => {});
  }

  async #listening() {
    for (;;) {
      const socket = connect(this.port, "127.0.0.1");
      const opened = once(socket, "connect").then(
        () => true,
        () => false,
      );
      const isOpen = await opened;
      socket.destroy();
      if (isOpen || this.process.exitCode !== null) return;
    }
  }

  /** @returns {Promise<{status: number, body: string}>} */
  get(pathname) {
    const answer = new Promise((resolve, reject) => {
      const request = https.get(`${this.origin}${this.basePath}${pathname}`, this.options);
      request.on("error", reject).on("response", async (response) => {
        let body = "";
        for await (const bytes of response) body += bytes;
        resolve({ status: response.statusCode, body });
      });
    });
    return within(answer, `an answer for ${pathname}`);
  }

  async stop() {
    if (this.process && this.process.exitCode === null) {
      this.process.kill("SIGTERM");
      await within(this.ended, "the proxy ends");
    }
    running.delete(this.process);
    await rm(this.folder, { recursive: true, force: true });
  }
}
