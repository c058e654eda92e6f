// ONNX Runtime as one of the compared. The requests are those of engine_worker.cc; `spin_microseconds` beside
// them: how long threads look for work before they sleep, null for as long as they like.
'use strict';

const fs = require('fs');
const readline = require('readline');
const ort = require('onnxruntime-node');

let session;
let feeds;

function spinning(microseconds) {
  if (microseconds === null) return {};
  return microseconds === 0 ? { allow_spinning: '0' } : { spin_duration_us: String(microseconds) };
}

async function load(request) {
  const bytes = fs.readFileSync(request.input);
  const input = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  session = await ort.InferenceSession.create(request.model, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: request.threads,
    interOpNumThreads: 1,
    // The model's batch is free; what is known ahead may be used ahead.
    freeDimensionOverrides: { batch: request.shape[0] },
    extra: { session: { intra_op: spinning(request.spin_microseconds) } },
  });
  feeds = { [session.inputNames[0]]: new ort.Tensor('float32', input, request.shape) };
  return {};
}

async function run(request) {
  for (let i = 0; i < request.warm; ++i) await session.run(feeds);
  const nanoseconds = [];
  for (let i = 0; i < request.times; ++i) {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    nanoseconds.push(Number(process.hrtime.bigint() - start));
  }
  return { nanoseconds };
}

async function save(request) {
  const output = (await session.run(feeds))[session.outputNames[0]];
  fs.writeFileSync(request.path, Buffer.from(output.data.buffer, output.data.byteOffset, output.data.byteLength));
  return {};
}

async function main() {
  const handlers = { ready: () => ({}), load, run, save };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let reply;
    try {
      reply = await handlers[request.do](request);
    } catch (error) {
      reply = { error: String(error) };
    }
    process.stdout.write(JSON.stringify(reply) + '\n');
  }
}

main();
