// A small file system of its own, in memory, that a test can fill. Only where the process may mount.

import { execFile } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export class SmallDisk {
  /** Null if nothing can be mounted here. */
  static async mount(megabytes) {
    const folder = await mkdtemp(path.join(tmpdir(), "cowrite-disk-"));
    try {
      await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
    } catch {
      await rm(folder, { recursive: true });
      return null;
    }
    return new SmallDisk(folder);
  }

  constructor(folder) {
    this.folder = folder;
    this.filler = path.join(folder, "filler");
  }

  /** Leaves so many bytes free; fewer if others write meanwhile. */
  async fill(free) {
    const { bavail, bsize } = await statfs(this.folder);
    await writeFile(this.filler, Buffer.alloc(bavail * bsize - free)).catch((error) => {
      if (error.code !== "ENOSPC") throw error;
    });
  }

  empty() {
    return rm(this.filler);
  }

  async unmount() {
    await run("umount", ["-l", this.folder]);
    await rm(this.folder, { recursive: true });
  }
}
