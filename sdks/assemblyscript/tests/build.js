// Builds guests with the compiler of the development dependencies: the tests do so, and
// `npm run build -- examples/counter`.

import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

export const sdk = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Builds the project in `folder`, with this SDK as `@capwire/actor`. */
export async function build(folder, target = "release") {
  // The compiler finds a package in a folder that has its name.
  const packages = join(sdk, "build", "packages");
  const name = join(packages, "@capwire", "actor");
  mkdirSync(name, { recursive: true });
  const link = join(name, "assembly");
  if (!existsSync(link)) symlinkSync(join(sdk, "assembly"), link);
  const config = join(folder, "asconfig.json");
  const options = ["--target", target, "--path", packages, "--baseDir", folder, "--config", config];
  const { error, stderr } = await asc.main(options);
  if (error) throw new Error(`${folder} does not compile:\n${stderr.toString()}`);
}

for (const folder of process.argv[1] === fileURLToPath(import.meta.url) ? process.argv.slice(2) : []) {
  await build(join(sdk, folder));
}
