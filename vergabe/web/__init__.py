"""What pages and API share: transactions, rights at the edge, errors, paging, formatting, login."""
