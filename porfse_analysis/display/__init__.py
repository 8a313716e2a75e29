"""What readers see: wording in Italian and English, tables, figures."""
