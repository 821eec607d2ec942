// The disk and the flash of a virtual machine, as a server (NBD) that logs each write and each flush: what a power cut would leave, at any
// moment, can be made afterwards.
//   node disk.cjs serve DIR          serves DIR/disk.img and DIR/vars.img at the socket DIR/nbd, as they change; the log is DIR/log
//   node disk.cjs length DIR         how many entries the log has
//   node disk.cjs flushes DIR FROM   the numbers of the entries behind FROM that flush the disk
//   node disk.cjs apply DIR IMAGE FROM TO
//                                    makes of IMAGE, the disk as it was flushed at FROM, the disk as it is flushed at TO. FROM 0 is the disk of
//                                    the beginning
// An entry is a header and the bytes that were written. Flash is not logged: what it is given is there.
const fs = require("node:fs");
const net = require("node:net");

const names = ["disk", "vars"];
const headerLength = 16;
const [verb, dir, ...words] = process.argv.slice(2);
const logFile = `${dir}/log`;

function serve() {
  const files = names.map((name) => fs.openSync(`${dir}/${name}.img`, "r+"));
  const log = fs.openSync(logFile, "a");
  const note = (kind, offset, data) => {
    const header = Buffer.alloc(headerLength);
    header.write(kind, 0);
    header.writeUInt32BE(data.length, 4);
    header.writeBigUInt64BE(BigInt(offset), 8);
    fs.writevSync(log, [header, data]);
  };
  net.createServer((client) => talk(client, files, note)).listen(`${dir}/nbd`);
}

// A client is asked for so many bytes at a time.
async function talk(client, files, note) {
  let come = Buffer.alloc(0);
  const chunks = client[Symbol.asyncIterator]();
  const take = async (length) => {
    const parts = [come];
    let size = come.length;
    while (size < length) {
      const { value, done } = await chunks.next();
      if (done) throw new Error("the machine is off");
      parts.push(value);
      size += value.length;
    }
    const whole = Buffer.concat(parts);
    come = whole.subarray(length);
    return whole.subarray(0, length);
  };
  try {
    const file = await agree(client, take, files);
    if (file !== undefined) for (;;) await answer(client, take, files[file], file === 0 ? note : () => {});
  } catch {
    client.destroy();
  }
}

// The handshake: until the client wants one of the names. Its number; undefined where it leaves.
async function agree(client, take, files) {
  const greeting = Buffer.concat([Buffer.from("NBDMAGICIHAVEOPT"), Buffer.from([0, 3])]);
  client.write(greeting);
  await take(4);
  for (;;) {
    const head = await take(16);
    const option = head.readUInt32BE(8);
    const data = await take(head.readUInt32BE(12));
    const reply = (kind, body = Buffer.alloc(0)) => {
      const start = Buffer.alloc(20);
      start.writeBigUInt64BE(0x3e889045565a9n, 0);
      start.writeUInt32BE(option, 8);
      start.writeUInt32BE(kind, 12);
      start.writeUInt32BE(body.length, 16);
      client.write(Buffer.concat([start, body]));
    };
    const [go, abort, done, info, unknown] = [7, 2, 1, 3, 0x80000001];
    if (option === abort) {
      reply(done);
      return undefined;
    }
    if (option !== go) {
      reply(unknown);
      continue;
    }
    const number = names.indexOf(data.subarray(4, 4 + data.readUInt32BE(0)).toString());
    const body = Buffer.alloc(12);
    body.writeBigUInt64BE(BigInt(fs.fstatSync(files[number]).size), 2);
    // It has flags, and can flush.
    body.writeUInt16BE(1 | 4, 10);
    reply(info, body);
    reply(done);
    return number;
  }
}

async function answer(client, take, file, note) {
  const head = await take(28);
  const [kind, offset, length] = [head.readUInt16BE(6), Number(head.readBigUInt64BE(16)), head.readUInt32BE(24)];
  const [reads, writes, leaves, flushes] = [0, 1, 2, 3];
  let body = Buffer.alloc(0);
  if (kind === leaves) throw new Error("the machine leaves");
  if (kind === reads) {
    body = Buffer.alloc(length);
    fs.readSync(file, body, 0, length, offset);
  } else if (kind === writes) {
    const data = await take(length);
    fs.writeSync(file, data, 0, length, offset);
    note("W", offset, data);
  } else if (kind === flushes) {
    note("F", 0, body);
  }
  const start = Buffer.alloc(16);
  start.writeUInt32BE(0x67446698, 0);
  head.copy(start, 8, 8, 16);
  client.write(Buffer.concat([start, body]));
}

// The entries of the log: their numbers, from 1, and where their bytes lie in it.
function* entries(log) {
  const header = Buffer.alloc(headerLength);
  for (let at = 0, number = 1; fs.readSync(log, header, 0, headerLength, at) === headerLength; number++) {
    const length = header.readUInt32BE(4);
    yield {
      number,
      kind: header.toString("latin1", 0, 1),
      offset: Number(header.readBigUInt64BE(8)),
      length,
      at: at + headerLength,
    };
    at += headerLength + length;
  }
}

function apply(image, from, to) {
  const log = fs.openSync(logFile, "r");
  const out = fs.openSync(image, "r+");
  let waiting = [];
  for (const entry of entries(log)) {
    if (entry.number > to) break;
    if (entry.kind === "W") waiting.push(entry);
    else {
      if (entry.number > from) {
        for (const { offset, length, at } of waiting) {
          const data = Buffer.alloc(length);
          fs.readSync(log, data, 0, length, at);
          fs.writeSync(out, data, 0, length, offset);
        }
      }
      waiting = [];
    }
  }
}

if (verb === "serve") serve();
else if (verb === "apply") apply(words[0], Number(words[1]), Number(words[2]));
else {
  const all = [...entries(fs.openSync(logFile, "r"))];
  if (verb === "length") console.log(all.length);
  else for (const { number, kind } of all) if (kind === "F" && number > Number(words[0])) console.log(number);
}
