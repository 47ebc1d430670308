"""What came back: bounces, complaints and replies, opens and clicks, and people who leave."""
