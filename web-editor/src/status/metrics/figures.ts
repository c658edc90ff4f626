// Figures: what the page shows of one answer of /metrics. Here alone stand the names of the server's
// metrics (server/metrics/families.h). A figure that the server does not show is NaN.
import { parseExposition, type Metrics } from "./exposition";
import type { Histogram } from "./histogram";

// What only grows while a process runs.
export interface Counters {
  operations: number;
  messagesReceived: number;
  messagesSent: number;
  bytesReceived: number;
  bytesSent: number;
  connectionsOpened: number;
  documentsOpened: number;
  responses: number;
  processorSeconds: number;
  recordBytes: number;
  writtenBytes: number;
}

export interface Loop {
  name: string;
  processorSeconds: number;
  longestTurnSeconds: number; // Of the last minute.
}

export interface Figures {
  version: string;
  startedAtSeconds: number; // In Unix time.
  counters: Counters;
  acks: Histogram;
  syncs: Histogram;
  loops: Loop[];
  refusals: Map<string, number>; // Since the start, by code.
  endedConnections: Map<string, number>; // Since the start, by reason.
  stalls: Map<string, number>; // Since the start, by state.
  connections: number;
  subscriptions: number;
  presences: number;
  documents: number;
  documentBytes: number;
  documentBytesMax: number;
  residentBytes: number;
  cacheBytes: number; // Memory of the store.
  sendQueueBytes: number;
  logQueueBytes: number;
  readsWaiting: number;
  diskFreeBytes: number;
  diskReserveBytes: number;
  storeBytes: number;
  compactionDebtBytes: number;
  waitsForDisk: boolean;
  logFailed: boolean;
  writesDelayed: boolean;
  writesStopped: boolean;
}

type Labels = Record<string, string>;

class Reader {
  constructor(private readonly metrics: Metrics) {}

  series(name: string, labels: Labels = {}) {
    const wanted = Object.entries(labels);
    const all = this.metrics.get(name) ?? [];
    return all.filter((series) => wanted.every(([label, value]) => series.labels[label] === value));
  }

  sum(name: string, labels?: Labels): number {
    const series = this.series(name, labels);
    return series.length === 0 ? NaN : series.reduce((sum, { value }) => sum + value, 0);
  }

  isSet(name: string, labels?: Labels): boolean {
    return this.sum(name, labels) > 0;
  }

  by(label: string, name: string): Map<string, number> {
    return new Map(this.series(name).map(({ labels, value }) => [labels[label] ?? "", value]));
  }

  histogram(name: string): Histogram {
    const buckets = this.series(`${name}_bucket`)
      .map(({ labels, value }) => ({
        bound: labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
        count: value,
      }))
      .sort((one, other) => one.bound - other.bound);
    return {
      bounds: buckets.map(({ bound }) => bound),
      cumulative: buckets.map(({ count }) => count),
    };
  }
}

function countersOf(reader: Reader): Counters {
  return {
    operations: reader.sum("cowrite_operations_total", { outcome: "committed" }),
    messagesReceived: reader.sum("cowrite_received_messages_total"),
    messagesSent: reader.sum("cowrite_sent_messages_total"),
    bytesReceived: reader.sum("cowrite_received_bytes_total"),
    bytesSent: reader.sum("cowrite_sent_bytes_total"),
    connectionsOpened: reader.sum("cowrite_connections_opened_total"),
    documentsOpened: reader.sum("cowrite_documents_opened_total"),
    responses: reader.sum("cowrite_http_responses_total"),
    processorSeconds: reader.sum("process_cpu_seconds_total"),
    recordBytes: reader.sum("cowrite_log_record_bytes_total"),
    writtenBytes: reader.sum("cowrite_store_written_bytes_total"),
  };
}

function loopsOf(reader: Reader): Loop[] {
  return reader.series("cowrite_loop_turn_longest_cpu_seconds").map(({ labels, value }) => {
    const name = labels["loop"] ?? "";
    const processorSeconds = reader.sum("cowrite_loop_turn_cpu_seconds_sum", { loop: name });
    return { name, processorSeconds, longestTurnSeconds: value };
  });
}

// Why connections ended or never began; the server counts the two apart.
function endedConnectionsOf(reader: Reader): Map<string, number> {
  const refused = reader.by("limit", "cowrite_connections_refused_total");
  return new Map([
    ...reader.by("reason", "cowrite_connections_ended_total"),
    ...[...refused].map(([limit, count]) => [`refused_${limit}`, count] as const),
  ]);
}

function figuresOf(reader: Reader, version: string): Figures {
  return {
    version,
    startedAtSeconds: reader.sum("process_start_time_seconds"),
    counters: countersOf(reader),
    acks: reader.histogram("cowrite_ack_seconds"),
    syncs: reader.histogram("cowrite_log_sync_seconds"),
    loops: loopsOf(reader),
    refusals: reader.by("code", "cowrite_refusals_total"),
    endedConnections: endedConnectionsOf(reader),
    stalls: reader.by("state", "cowrite_store_stalls_total"),
    connections: reader.sum("cowrite_connections"),
    subscriptions: reader.sum("cowrite_subscriptions"),
    presences: reader.sum("cowrite_presences"),
    documents: reader.sum("cowrite_documents"),
    documentBytes: reader.sum("cowrite_document_memory_bytes"),
    documentBytesMax: reader.sum("cowrite_document_memory_max_bytes"),
    residentBytes: reader.sum("process_resident_memory_bytes"),
    cacheBytes: reader.sum("cowrite_store_cache_bytes"),
    sendQueueBytes: reader.sum("cowrite_send_queue_bytes"),
    logQueueBytes: reader.sum("cowrite_log_queue_bytes"),
    readsWaiting: reader.sum("cowrite_log_reads_waiting"),
    diskFreeBytes: reader.sum("cowrite_disk_free_bytes"),
    diskReserveBytes: reader.sum("cowrite_disk_reserve_bytes"),
    storeBytes: reader.sum("cowrite_store_log_bytes") + reader.sum("cowrite_store_table_bytes"),
    compactionDebtBytes: reader.sum("cowrite_store_compaction_debt_bytes"),
    waitsForDisk: reader.isSet("cowrite_log_waits_for_disk"),
    logFailed: reader.isSet("cowrite_log_failed"),
    writesDelayed: reader.isSet("cowrite_store_stalled", { state: "delayed" }),
    writesStopped: reader.isSet("cowrite_store_stalled", { state: "stopped" }),
  };
}

// Null if the text is not that of a cowrite server.
export function readFigures(text: string): Figures | null {
  const metrics = parseExposition(text);
  const version = metrics?.get("cowrite_build_info")?.[0]?.labels["version"];
  if (!metrics || version === undefined) return null;
  return figuresOf(new Reader(metrics), version);
}
