// Those of ShareDB's client tests that it runs once for each database (sharedb/test/db.js).

import { createRequire } from "node:module";
import { Backend } from "./backend.js";

const require = createRequire(import.meta.url);

describe("with a database", () => {
  beforeEach(function () {
    this.backend = new Backend();
  });
  afterEach(function (done) {
    this.backend.close(done);
  });

  const getQuery = ({ query, sort }) => ({ ...query, ...(sort && { $sort: sort }) });
  for (const name of ["query-subscribe", "query", "projections"]) {
    require(`sharedb/test/client/${name}`)({ getQuery });
  }
  for (const name of ["submit", "submit-json1", "subscribe"]) {
    require(`sharedb/test/client/${name}`)();
  }
});
