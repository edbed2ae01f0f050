"""What a question is answered with: ranked, filtered and blended lists, and the reasons for them."""
