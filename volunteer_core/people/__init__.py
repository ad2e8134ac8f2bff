"""People: who they are, their guardians and consents, qualifications, record checks and leave."""
