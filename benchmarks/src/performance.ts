export async function performanceGuide(_results: string, _docs: string): Promise<void> {
  return Promise.resolve();
}
