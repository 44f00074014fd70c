"""The plan as data: schema, kinds, values, dates, rules, ledgers, findings, errors. Imports no other room."""
