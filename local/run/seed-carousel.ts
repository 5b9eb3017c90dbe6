import { v7 as uuidV7 } from 'uuid';

/** Straight to PostgreSQL. */
interface Database {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** The demo client's carousel, which goes to the multiplexer of this run: its port is another one each time. */
export const seedDemoCarousel = async (
  database: Database,
  clientId: string,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> => {
  await database.query(
    `INSERT INTO carousels (id, client_id, name, output, settings) VALUES ($1, $2, 'main', 'mux', $3)
     ON CONFLICT (client_id, name) DO UPDATE SET settings = carousels.settings || excluded.settings, output = 'mux'`,
    [uuidV7(), clientId, JSON.stringify({ host, port })],
  );
};
