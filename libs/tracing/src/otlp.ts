/**
 * Sends spans to an OpenTelemetry collector. Called once at start, and only when an endpoint is set: the SDK is not even loaded otherwise.
 *
 * @returns what flushes the last spans before the process ends.
 */
export async function exportSpansTo(endpoint: string, serviceName: string): Promise<() => Promise<void>> {
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, { BatchSpanProcessor }, { NodeTracerProvider }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/sdk-trace-node'),
  ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `patchbay-${serviceName}` }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: new URL('v1/traces', endpoint.endsWith('/') ? endpoint : `${endpoint}/`).href })),
    ],
  });
  provider.register();
  return () => provider.shutdown();
}
