"""What the list keeper's pages show and take: contacts, their changes, and who is there twice."""
