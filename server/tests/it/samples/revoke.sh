curl -X POST 'https://api.ondayzero.com/api/v1/tokens/{token_id}/revoke' \
  -H 'Authorization: Bearer dz_your_token' \
  -H 'x-business-id: YOUR_BUSINESS_ID' \
  -H 'Content-Type: application/json' \
  -d ''
