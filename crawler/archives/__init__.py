"""Web archives on disk (WARC, WACZ, CDXJ) as pages: what they hold, and one record at a time; no network."""
